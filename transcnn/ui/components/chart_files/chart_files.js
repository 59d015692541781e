// Buttons that save a chart of the page as it is drawn now. Its layers are SVG already: one drawing
// is made of them, and the PNG is that drawing, twice as large.

export default function (component) {
  const { data, parentElement } = component;
  const buttons = Object.entries(data.kinds).map(([kind, text]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.onclick = async () => {
      const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
      if (!chart) return; // not drawn yet
      const drawing = flatten(chart);
      save(kind === "svg" ? asFile(drawing) : await asPicture(drawing), `${data.chart}.${kind}`);
    };
    return button;
  });
  parentElement.querySelector(".take").replaceChildren(...buttons);
}

/** The layers of a chart as one drawing, on the page's own ground. */
function flatten(chart) {
  const layers = [...chart.querySelectorAll("svg.main-svg")];
  const { width, height } = layers[0].getBoundingClientRect();
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    drawing.setAttribute(name, value);
  const ground = document.createElementNS(drawing.namespaceURI, "rect");
  ground.setAttribute("width", width);
  ground.setAttribute("height", height);
  ground.setAttribute("fill", getComputedStyle(document.querySelector(".stApp")).backgroundColor);
  drawing.append(ground, ...layers.flatMap((layer) => [...layer.cloneNode(true).childNodes]));
  return drawing;
}

function asFile(drawing) {
  const text = new XMLSerializer().serializeToString(drawing);
  return new Blob([text], { type: "image/svg+xml" });
}

async function asPicture(drawing) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(await asFile(drawing).text())}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the browser reads it by then
}
