// Keeps slider and field of each scenario input in sync and fetches the result without a reload. Without it the
// fields and the button do the same.
(() => {
  const form = document.querySelector("form[data-what-if]");
  const outcome = document.querySelector("[data-outcome]");
  if (!form || !outcome) return;
  const pairs = [...form.querySelectorAll("[data-slider]")].map((slider) => [slider, form.elements[slider.dataset.slider]]);
  const numeric = (text) => Number(text.replace(",", ".").replace("−", "-").replace(/\s*%?\s*$/u, ""));

  const address = () => {
    const fields = [...new FormData(form)].filter(([name, value]) => value.trim() && !(value.trim() === "0" && pairs.some(([, field]) => field.name === name)));
    const query = new URLSearchParams(fields).toString();
    return query ? `${form.action}?${query}` : form.action;
  };

  let asked;
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const wanted = address();
    try {
      const answer = await fetch(wanted, { headers: { Accept: "text/html" }, signal: asked.signal });
      const page = await parsePage(answer);
      const result = page.querySelector("[data-outcome]");
      if (!result) return form.requestSubmit();
      outcome.replaceChildren(...result.childNodes);
      for (const [slider, field] of pairs) {
        const name = slider.dataset.slider;
        const lever = slider.closest(".lever");
        const other = page.getElementById(name)?.closest(".lever");
        lever.querySelectorAll(".hint, .error").forEach((line) => line.remove());
        other?.querySelectorAll(".hint, .error").forEach((line) => lever.append(line));
        for (const attribute of ["aria-invalid", "aria-describedby"]) {
          const value = page.getElementById(name)?.getAttribute(attribute);
          if (value) field.setAttribute(attribute, value);
          else field.removeAttribute(attribute);
        }
      }
      history.replaceState(null, "", wanted);
    } catch (problem) {
      if (problem.name !== "AbortError") form.requestSubmit();
    }
  };
  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  };

  for (const [slider, field] of pairs) {
    slider.hidden = false;
    slider.addEventListener("input", () => {
      field.value = slider.value;
      soon();
    });
    field.addEventListener("input", () => {
      const number = numeric(field.value);
      if (Number.isFinite(number)) slider.value = number;
      soon();
    });
  }
})();
