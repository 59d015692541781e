// A button that copies the address of what is shown; where the browser forbids that, the address
// itself, to be copied by hand.

export default function (component) {
  const { data, parentElement } = component;
  const pick = (selector) => parentElement.querySelector(selector);
  const [button, said, field] = [pick("button"), pick("span"), pick("input")];
  button.textContent = data.copy;
  field.setAttribute("aria-label", data.copy);
  said.textContent = "";
  field.hidden = true;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = data.copied;
    } catch {
      field.value = location.href;
      field.hidden = false;
      field.select();
      said.textContent = data.by_hand;
    }
  };
}
