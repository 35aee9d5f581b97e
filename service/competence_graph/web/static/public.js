// Copy buttons and suggestions while typing. The pages work whole without it.
"use strict";

for (const field of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  // The word is drawn by the style sheet: a page says the same with and without this script.
  button.setAttribute("aria-label", field.dataset.copy);
  button.dataset.word = field.dataset.copyWord;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    field.select();
  });
  field.after(button);
}

for (const input of document.querySelectorAll("[data-suggest]")) {
  // The combobox pattern of the ARIA Authoring Practices: focus stays in the box, arrows move through the list.
  const list = document.createElement("ul");
  list.className = "suggest";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestLabel);
  list.hidden = true;
  input.parentElement.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  let chosen = -1;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    chosen = (index + list.children.length) % list.children.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", list.children[chosen].id);
  };
  const line = (suggestion, index) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.href = suggestion.href;
    const name = document.createElement("span");
    name.textContent = suggestion.label;
    if (suggestion.lang && suggestion.lang !== document.documentElement.lang) name.lang = suggestion.lang;
    const kind = document.createElement("small");
    kind.textContent = [suggestion.kind, suggestion.framework, suggestion.notation].filter(Boolean).join(", ");
    item.append(name, kind);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      location.assign(suggestion.href);
    });
    return item;
  };

  input.addEventListener("input", async () => {
    const turn = ++asked;
    const text = input.value.trim();
    if (text.length < 2) return close();
    const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked) return;
    const { suggestions } = await answer.json();
    if (turn !== asked) return;
    list.replaceChildren(...suggestions.map(line));
    if (!suggestions.length) return close();
    chosen = -1;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen < 0 && event.key === "ArrowUp" ? -1 : chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.href);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
}
