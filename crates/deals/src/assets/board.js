// Live filter of the deals: fetches the page of the new filter and replaces the parts marked data-filtered.
// Without it the form is submitted by its button.
(() => {
  const form = document.querySelector(".deal-filter");
  if (!form) return;
  const button = form.querySelector("button");
  // Where there is room for the filters, the drawer is open.
  const drawer = form.closest("details");
  if (drawer && matchMedia("(min-width: 48rem)").matches) drawer.open = true;
  let latest = 0;

  const address = () => {
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(fields).toString();
    return form.getAttribute("action") + (query ? `?${query}` : "");
  };

  const show = (page) => {
    for (const part of document.querySelectorAll("[data-filtered]")) {
      const next = page.querySelector(`[data-filtered="${part.dataset.filtered}"]`);
      if (next) part.replaceChildren(...next.childNodes);
    }
    // Updates the counts next to the options; selection and focus stay.
    for (const box of form.querySelectorAll("input[type=checkbox]")) {
      const same = `input[name="${box.name}"][value="${CSS.escape(box.value)}"]`;
      const count = page.querySelector(`.deal-filter ${same}`)?.closest("label").querySelector(".number");
      if (count) box.closest("label").querySelector(".number").textContent = count.textContent;
    }
    for (const link of document.querySelectorAll(".downloads a")) {
      const next = page.querySelectorAll(".downloads a")[[...link.parentNode.querySelectorAll("a")].indexOf(link)];
      if (next) link.href = next.href;
    }
  };

  const filter = async () => {
    const place = address();
    const turn = ++latest;
    try {
      const page = await fetchPage(place);
      if (turn !== latest) return;
      show(page);
      history.pushState(null, "", place);
    } catch {
      form.submit();
    }
  };

  let pause;
  const soon = (event) => {
    clearTimeout(pause);
    pause = setTimeout(filter, event.target.type === "search" ? 300 : 0);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    filter();
  });
  addEventListener("popstate", () => location.reload());
  button.hidden = true;

  // Closes a list of options like a menu: on Escape, and on a click outside.
  const close = (keep) => {
    for (const list of form.querySelectorAll(".facet[open]")) if (list !== keep) list.open = false;
  };
  document.addEventListener("click", (event) => close(event.target.closest(".facet")));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    form.querySelector(".facet[open] summary")?.focus();
    close();
  });
})();
