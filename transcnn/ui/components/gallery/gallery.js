// Pictures to choose from, a button each. The buttons stay when their pictures change, and so does
// the focus.

import { followTheme } from "../shared/look.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const gallery = parentElement.querySelector(".gallery");
  followTheme(gallery);
  gallery.setAttribute("aria-label", data.label);
  while (gallery.children.length > data.pictures.length) gallery.lastChild.remove();
  data.pictures.forEach((picture, i) => {
    const button = gallery.children[i] ?? gallery.appendChild(emptyButton());
    const [image, says] = button.children;
    if (image.src !== picture.src) Object.assign(image, { src: picture.src, alt: "" });
    says.firstChild.textContent = picture.answer;
    says.lastChild.textContent = picture.label;
    button.title = picture.name;
    button.classList.toggle("wrong", !picture.right);
    button.setAttribute("aria-pressed", picture.pinned);
    button.dataset.picture = picture.id;
    button.onclick = () => setTriggerValue("pinned", picture.id);
  });
  gallery.dataset.shown = data.pictures.map(({ id }) => id).join(",");
}

function emptyButton() {
  const button = document.createElement("button");
  button.type = "button";
  const says = document.createElement("span");
  says.append(document.createElement("b"), document.createElement("small"));
  button.append(document.createElement("img"), says);
  return button;
}
