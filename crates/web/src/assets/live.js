// Live refresh of an open page: fetches its own address and replaces the parts marked data-live.
(() => {
  const every = 30_000;
  const status = document.querySelector(".freshness");
  if (!status) return;

  const words =
    document.documentElement.lang === "fr"
      ? ["Suspendre l’actualisation", "Reprendre l’actualisation"]
      : ["Pause updates", "Resume updates"];
  let running = true;
  const toggle = quietButton([words[0]], () => {
    running = !running;
    toggle.textContent = running ? words[0] : words[1];
    if (running) update();
  });
  status.append(" ", toggle);

  // A part that contains the focus or a selection is not replaced.
  const inUse = (part) => part.contains(document.activeElement) || String(getSelection()) !== "";

  const update = async () => {
    if (!running || document.hidden) return;
    try {
      const fresh = await fetchPage(location.href);
      document.dispatchEvent(new Event("updating"));
      for (const part of document.querySelectorAll("[data-live]")) {
        const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
        if (next && !inUse(part)) part.replaceWith(next);
      }
      document.dispatchEvent(new Event("updated"));
    } catch {
      // The next round retries; the page shows the age of its data.
    }
  };
  setInterval(update, every);
  document.addEventListener("visibilitychange", update);
  addEventListener("online", update);
  // A board with a live stream refreshes at once.
  for (const news of ["claims", "edition"]) document.addEventListener(news, update);
})();
