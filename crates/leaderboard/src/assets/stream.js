// Live stream of a board: dispatches "claims" with new claims, and "edition" for any other change. One stream while the
// page is visible. Where the program has no stream left, the page polls, and tries again for a stream from time to time.
(() => {
  const root = document.querySelector("[data-stream]");
  if (!root || !window.EventSource) return;
  const silence = 45_000;
  const pollEvery = 15_000;
  const pollsBetweenStreams = 4;
  let seen = root.dataset.edition;
  let stream;
  let heard = 0;
  let again;

  const close = () => {
    clearTimeout(again);
    stream?.close();
    stream = undefined;
  };
  const address = () => `${root.dataset.stream}?since=${encodeURIComponent(seen)}`;
  const tell = (news) => {
    if (news.edition === seen) return;
    seen = news.edition;
    const name = news.claims.length + news.others > 0 ? "claims" : "edition";
    document.dispatchEvent(new CustomEvent(name, { detail: news }));
  };
  const poll = async (left) => {
    heard = Date.now();
    const turn = stream;
    try {
      const news = await fetchJson(address());
      if (stream !== turn) return;
      tell(news);
    } catch {
      // The next round retries.
    }
    if (stream !== turn) return;
    // Boards that lost their stream at the same moment poll at different ones.
    again = setTimeout(left > 0 ? () => poll(left - 1) : open, pollEvery * (0.75 + Math.random() / 2));
  };
  const open = () => {
    close();
    if (document.hidden) return;
    heard = Date.now();
    stream = new EventSource(address());
    for (const name of ["open", "beat", "claims", "edition"]) {
      // Only news have data.
      stream.addEventListener(name, ({ data }) => {
        heard = Date.now();
        if (data) tell(JSON.parse(data));
      });
    }
    // EventSource reconnects after an interruption, but not after an error response.
    stream.addEventListener("error", () => {
      if (stream?.readyState === EventSource.CLOSED) poll(pollsBetweenStreams);
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
