// Live stream of a board: dispatches the event "claims". One stream while the page is visible.
(() => {
  const root = document.querySelector("[data-stream]");
  if (!root || !window.EventSource) return;
  const silence = 45_000;
  let seen = root.dataset.edition;
  let stream;
  let heard = 0;
  let again;

  const close = () => {
    clearTimeout(again);
    stream?.close();
    stream = undefined;
  };
  const open = () => {
    close();
    if (document.hidden) return;
    heard = Date.now();
    stream = new EventSource(`${root.dataset.stream}?since=${encodeURIComponent(seen)}`);
    stream.addEventListener("open", () => {
      heard = Date.now();
    });
    stream.addEventListener("beat", () => {
      heard = Date.now();
    });
    stream.addEventListener("claims", (event) => {
      heard = Date.now();
      const news = JSON.parse(event.data);
      if (news.edition === seen) return;
      seen = news.edition;
      document.dispatchEvent(new CustomEvent("claims", { detail: news }));
    });
    // EventSource reconnects after an interruption, but not after an error response.
    stream.addEventListener("error", () => {
      if (stream?.readyState === EventSource.CLOSED) again = setTimeout(open, 10_000 + Math.random() * 10_000);
    });
  };
  // After sleep a connection can be dead without an error event.
  const check = () => {
    if (document.hidden) close();
    else if (!stream || Date.now() - heard > silence) open();
  };
  document.addEventListener("visibilitychange", check);
  addEventListener("online", open);
  addEventListener("pageshow", check);
  addEventListener("pagehide", close);
  setInterval(check, 15_000);
  open();
})();
