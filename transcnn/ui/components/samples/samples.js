// The sample pictures: one is chosen; one stop for Tab, arrows inside.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const group = parentElement.querySelector(".samples");
  group.setAttribute("aria-label", data.label);
  if (group.children.length !== data.samples.length)
    group.replaceChildren(
      ...data.samples.map(({ name, title, src }, i) => {
        const button = document.createElement("button");
        const image = document.createElement("img");
        Object.assign(image, { src, alt: title });
        Object.assign(button, { type: "button", title });
        button.setAttribute("role", "radio");
        button.dataset.sample = name;
        button.append(image);
        button.onclick = () => {
          group.dataset.picked = name;
          setTriggerValue("picked", name);
        };
        button.onkeydown = (event) => {
          const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (!move) return;
          event.preventDefault();
          event.stopPropagation();
          const next = group.children[(i + move + group.children.length) % group.children.length];
          next.focus();
          next.click();
        };
        return button;
      }),
    );
  if (data.chosen !== null && group.dataset.picked === data.chosen) {
    delete group.dataset.picked;
    leaveUpload();
  }
  const chosen = data.samples.findIndex(({ name }) => name === data.chosen);
  [...group.children].forEach((button, i) => {
    button.setAttribute("aria-checked", i === chosen);
    button.tabIndex = i === Math.max(0, chosen) ? 0 : -1;
  });
}

/** An upload is taken off as by its own button, which is hidden: then the server forgets it, too. */
function leaveUpload() {
  const button = document.querySelector(
    '[data-testid="stSidebar"] [data-testid="stFileChipDeleteBtn"]',
  );
  (button?.querySelector("button") ?? button)?.click();
}
