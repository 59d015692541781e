// Buttons that save a chart of the page as it is drawn now. Its layers are SVG already: one drawing
// is made of them, and the PNG is that drawing, twice as large.

import { find, makeButton } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */

/** @param {Component<{ chart: string, kinds: Record<string, string> }>} component */
export default function ({ data, parentElement }) {
  const buttons = Object.entries(data.kinds).map(([kind, text]) => {
    const button = makeButton(text);
    button.onclick = async () => {
      const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
      if (!chart) return; // not drawn yet
      const drawing = flatten(chart);
      const file = kind === "svg" ? svgFile(drawing) : await pngFile(drawing);
      if (file) save(file, `${data.chart}.${kind}`);
    };
    return button;
  });
  find(parentElement, ".take").replaceChildren(...buttons);
}

/**
 * The layers of a chart as one drawing, on the page's background.
 * @param {Element} chart
 */
function flatten(chart) {
  const layers = [...chart.querySelectorAll("svg.main-svg")];
  const { width, height } = layers[0].getBoundingClientRect();
  const background = getComputedStyle(find(document, ".stApp")).backgroundColor;
  const drawing = svgElement("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  drawing.append(
    svgElement("rect", { width, height, fill: background }),
    ...layers.flatMap((layer) => [...layer.cloneNode(true).childNodes]),
  );
  return drawing;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function svgElement(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** @param {SVGElement} drawing */
function svgFile(drawing) {
  const text = new XMLSerializer().serializeToString(drawing);
  return new Blob([text], { type: "image/svg+xml" });
}

/**
 * @param {SVGElement} drawing
 * @returns {Promise<Blob | null>}
 */
async function pngFile(drawing) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(await svgFile(drawing).text())}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the browser reads it by then
}
