/** Resolves when the promise is settled either way, and after `ms` milliseconds at the latest. @param {Promise<any>} promise @param {number} ms */
export function settledWithin(promise, ms) {
  return new Promise((/** @type {(nothing?: any) => void} */ resolve) => {
    const timer = setTimeout(resolve, ms);
    const settled = () => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(settled, settled);
  });
}
