/**
 * What a browser does to a hidden tab, done to a page, since a headless one never hides any: no frames, timers at whole seconds only, and
 * a document that says so. Messages come as ever.
 * @param {import("playwright-core").Page} page before it is loaded
 */
export async function hideable(page) {
  await page.addInitScript(() => {
    let isHidden = false;
    /** @type {FrameRequestCallback[]} */
    const frames = [];
    const { requestAnimationFrame, setTimeout } = window;
    window.requestAnimationFrame = (frame) =>
      isHidden ? frames.push(frame) : requestAnimationFrame(frame);
    window.setTimeout = /** @type {any} */ (
      (
        /** @type {TimerHandler} */ fn,
        /** @type {number} */ ms = 0,
        /** @type {any[]} */ ...args
      ) => {
        const at = performance.now() + ms;
        return setTimeout(fn, isHidden ? ms + 1000 - (at % 1000) : ms, ...args);
      }
    );
    Object.defineProperty(document, "visibilityState", {
      get: () => (isHidden ? "hidden" : "visible"),
    });
    Object.defineProperty(document, "hidden", { get: () => isHidden });
    Object.assign(window, {
      hideTab(/** @type {boolean} */ hide) {
        isHidden = hide;
        document.dispatchEvent(new Event("visibilitychange"));
        if (!hide) for (const frame of frames.splice(0)) requestAnimationFrame(frame);
      },
    });
  });
}

/** @param {import("playwright-core").Page} page that is hideable @param {boolean} hide */
export const hideTab = (page, hide) =>
  page.evaluate((is) => /** @type {any} */ (window).hideTab(is), hide);
