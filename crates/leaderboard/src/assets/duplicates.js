// Duplicate check in the claim form while a name is typed. Without it the form asks after it is submitted.
(() => {
  const form = document.querySelector("form[data-names]");
  if (!form) return;
  const quoted = (name) => {
    const shown = document.createElement("bdi");
    shown.textContent = name;
    return ["“", shown, "”"];
  };
  for (const kind of ["csm", "company"]) {
    const field = form.elements[kind];
    if (!field) continue;
    const place = document.createElement("div");
    place.className = "near";
    place.setAttribute("role", "status");
    place.hidden = true;
    field.closest(".field").append(place);
    let asked = field.value.trim();
    let pending;

    const answer = (typed, meant) => {
      for (const [name, value] of [["asked", typed], ["meant", meant]]) {
        const input = document.createElement("input");
        input.type = "hidden";
        input.name = `${kind}_${name}`;
        input.value = value;
        place.append(input);
      }
    };
    const clear = () => {
      place.hidden = true;
      place.replaceChildren();
    };
    const show = (typed, near) => {
      clear();
      if (!near.length) return;
      const words = document.createElement("span");
      words.append(...quoted(typed), " looks like ", ...quoted(near[0].name), ".");
      const uses = near.map(({ name }) =>
        quietButton(["Use ", ...quoted(name)], () => {
          field.value = name;
          asked = name;
          clear();
          field.focus();
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }),
      );
      const keep = quietButton(["Keep ", ...quoted(typed)], () => {
        place.replaceChildren();
        answer(typed, typed);
        place.hidden = true;
        field.focus();
      });
      place.append(words, ...uses, keep);
      place.hidden = false;
    };
    const ask = async () => {
      const typed = field.value.trim();
      if (typed === asked) return;
      asked = typed;
      pending?.abort();
      clear();
      form.querySelector(`fieldset[data-asked="${kind}"]`)?.remove();
      if (!typed) return;
      pending = new AbortController();
      try {
        const address = `${form.dataset.names}?kind=${kind}&name=${encodeURIComponent(typed)}`;
        show(typed, (await fetchJson(address, pending.signal)).near);
      } catch {
        // If the request fails, the form asks after it is submitted.
      }
    };
    let typing;
    field.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(ask, 400);
    });
    field.addEventListener("change", ask);
  }
})();
