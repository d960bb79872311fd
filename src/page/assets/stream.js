// Listens to what is new on a board and tells the page by the event "claims". One stream while the page is in sight.
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
    // The browser comes back by itself after an interruption, but not after an answer that refuses.
    stream.addEventListener("error", () => {
      if (stream?.readyState === EventSource.CLOSED) again = setTimeout(open, 10_000 + Math.random() * 10_000);
    });
  };
  // After sleep a connection can be dead without anybody having said so.
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
