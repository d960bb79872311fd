// TV page: rotates the slides, shows the time, and celebrates each new claim once.
(() => {
  const turnEvery = 20_000;
  const celebrated = 8_000;
  const clock = document.querySelector("[data-clock]");
  const age = document.querySelector("[data-age]");
  const stage = document.querySelector("[data-celebration]");

  // Offset to the server's clock, so that a screen with a wrong clock shows the right time.
  const offset = Date.parse(clock.dateTime) - Date.now();
  const zone = clock.dataset.zone;
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone || undefined });
  const since = (seconds) => {
    if (seconds < 120) return `${seconds} s`;
    return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
  };
  const tick = () => {
    const now = Date.now() + offset;
    if (zone) clock.textContent = time.format(now);
    const data = age.querySelector("time");
    const seconds = Math.max(0, Math.floor((now - Date.parse(data.dateTime)) / 1_000));
    age.querySelector("[data-seconds]").textContent = `${since(seconds)} ago`;
  };
  setInterval(tick, 1_000);

  let place = location.href;
  let latest = 0;
  const assets = (page) => [...page.querySelectorAll("script[src], link[rel=stylesheet]")].map((it) => it.src ?? it.href);
  const known = assets(document).join();
  const show = async (address) => {
    const turn = ++latest;
    try {
      const page = await fetchPage(address);
      if (turn !== latest) return;
      for (const part of document.querySelectorAll("[data-live]")) {
        const next = page.querySelector(`[data-live="${part.dataset.live}"]`);
        if (next) part.replaceChildren(...next.childNodes);
      }
      document.title = page.title;
      place = address;
      history.replaceState(null, "", address);
      tick();
      // A screen stays open for weeks: reload when the program has a newer version.
      const isNewer = assets(page).map((it) => new URL(it, location).href).join() !== known;
      if (isNewer) document.dispatchEvent(new Event("outdated"));
    } catch {
      // The next turn retries; the page shows the age of its data.
    }
  };

  let running = true;
  const toggle = document.querySelector("[data-pause]");
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    running = !running;
    toggle.textContent = running ? "Pause" : "Go on";
  });
  setInterval(() => {
    const next = document.querySelector("[data-next]");
    if (running && !document.hidden) show(next?.href ?? place);
  }, turnEvery);

  const queue = [];
  let isBusy = false;
  const line = (tag, text, className) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };
  // Text that is too long for the screen is shortened or made smaller, so that nothing is cut off.
  const mostLetters = 160;
  const listed = (names) => {
    const fits = (_, place) => place === 0 || names.slice(0, place + 1).join(", ").length <= mostLetters;
    const told = names.filter(fits);
    const rest = names.length - told.length;
    return rest > 0 ? `${told.join(", ")} and ${rest} more` : told.join(", ");
  };
  const sized = (text, className) => line("p", text, text.length > 40 ? `${className} long` : className);
  const celebrate = () => {
    const claim = queue.shift();
    isBusy = Boolean(claim);
    stage.replaceChildren();
    stage.classList.toggle("shown", isBusy);
    if (!claim) return;
    stage.append(
      line("p", `+${claim.credited.length}`, "points"),
      sized(claim.csm, "who"),
      sized(`${listed(claim.credited)} at ${claim.company}`, "what"),
    );
    setTimeout(celebrate, celebrated);
  };
  document.addEventListener("edition", () => {
    if (running) show(place);
  });
  document.addEventListener("claims", ({ detail }) => {
    if (!running) return;
    show(place);
    // Of very many claims at once only the last ones are celebrated.
    queue.push(...detail.claims.filter((claim) => claim.credited.length > 0).slice(-5));
    if (!isBusy) celebrate();
  });

  // Keeps the screen on (Screen Wake Lock). A browser without it, or one that refuses, may turn it off.
  const wake = () => navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) wake();
  });
  wake();
})();
