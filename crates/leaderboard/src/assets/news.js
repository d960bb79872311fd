// Live news on an open board: announces new claims, marks their rows and animates rows to their new places.
(() => {
  const place = document.querySelector("[data-announce]");
  if (!place) {
    // The first claim fills the example board by a reload, unless the user is filling in the form.
    document.addEventListener("claims", () => {
      if (document.querySelector(".example")) document.dispatchEvent(new Event("outdated"));
    });
    return;
  }
  const shown = 8_000;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let pending = [];
  let others = 0;
  let silent;

  document.addEventListener("claims", ({ detail }) => {
    pending.push(...detail.claims);
    others += detail.others;
  });

  const name = (row) => row.querySelector(".name bdi")?.textContent;
  const rows = (part) => [...document.querySelectorAll(`.${part} tbody tr`)];
  const mark = (part, names) => {
    for (const row of rows(part)) {
      if (!names.has(name(row))) continue;
      row.classList.add("fresh");
      setTimeout(() => row.classList.remove("fresh"), shown);
    }
  };
  const words = () => {
    const number = pending.length + others;
    const latest = pending.at(-1).message;
    return number > 3 ? `${number} new claims. ${latest}` : pending.map((claim) => claim.message).join(" ");
  };

  let before = new Map();
  document.addEventListener("updating", () => {
    before = new Map(rows("ranking").map((row) => [name(row), row.getBoundingClientRect().top]));
  });
  const move = () => {
    if (still.matches) return;
    for (const row of rows("ranking")) {
      const from = before.get(name(row)) - row.getBoundingClientRect().top;
      if (!from) continue;
      row.animate([{ transform: `translateY(${from}px)` }, { transform: "none" }], {
        duration: 600,
        easing: "ease-in-out",
      });
    }
  };
  document.addEventListener("updated", () => {
    if (!pending.length) return;
    move();
    mark("ranking", new Set(pending.map((claim) => claim.csm)));
    mark("services", new Set(pending.flatMap((claim) => claim.credited)));
    place.textContent = words();
    pending = [];
    others = 0;
    clearTimeout(silent);
    silent = setTimeout(() => {
      place.textContent = "";
    }, shown);
  });
})();
