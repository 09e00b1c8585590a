/**
 * Stubs of the four engines that docs/guides/engines shows, with just what the recipes there call, by the names and shapes of Phaser 4.2.1
 * (and 3.85), PixiJS 8.22, Three r187 and PlayCanvas 2.23. Anything else throws. Each counts what it made, and knows what is on show.
 */

/** Whatever is asked for beside what is there throws. @template {object} T @param {string} name @param {T} is @returns {T} */
export function strict(name, is) {
  return new Proxy(is, {
    get(target, key) {
      if (key in target || typeof key === "symbol" || key === "then")
        return Reflect.get(target, key, target);
      throw new Error(`${name} has no ${key}`);
    },
    set(target, key, value) {
      if (!(key in target)) throw new Error(`${name} has no ${String(key)} to set`);
      return Reflect.set(target, key, value, target);
    },
  });
}

/** What a test sees of an engine. */
class Stage {
  /** @type {Set<{x: number, y: number, angle: number}>} */
  shown = new Set();
  made = 0;
  /** @type {(() => void) | null} the hook of a frame */
  frame = null;
}

/** @param {number[]} values finite, or the engine would draw nothing */
function finite(...values) {
  if (!values.every(Number.isFinite)) throw new Error(`not finite: ${values}`);
}

export function phaser() {
  const stage = new Stage();
  const image = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ texture,
  ) => {
    finite(x, y);
    if (texture !== "ship") throw new Error(`no texture ${texture}`);
    stage.made++;
    const seen = { x, y, angle: 0 };
    const self = strict("Image", {
      setPosition(/** @type {number} */ x, /** @type {number} */ y) {
        finite(x, y);
        Object.assign(seen, { x, y });
        return self;
      },
      setRotation(/** @type {number} */ angle) {
        finite(angle);
        seen.angle = angle;
        return self;
      },
      destroy() {
        if (!stage.shown.delete(seen)) throw new Error("destroyed twice");
      },
    });
    stage.shown.add(seen);
    return self;
  };
  /** @type {(() => void)[]} */
  const shutdown = [];
  const key = () => strict("Key", { isDown: false });
  const cursors = strict("CursorKeys", {
    left: key(),
    right: key(),
    up: key(),
    down: key(),
    space: key(),
    shift: key(),
  });
  class Scene {
    add = strict("GameObjectFactory", { image });
    load = strict("LoaderPlugin", {
      image: (/** @type {string} */ _key, /** @type {string} */ _url) => {},
    });
    input = strict("InputPlugin", {
      keyboard: strict("KeyboardPlugin", { createCursorKeys: () => cursors }),
    });
    events = strict("EventEmitter", {
      once(/** @type {string} */ name, /** @type {() => void} */ fn) {
        if (name !== "shutdown") throw new Error(`no event ${name}`);
        shutdown.push(fn);
      },
    });
  }
  /** @param {any} SceneClass */
  const run = (SceneClass) => {
    const scene = new SceneClass();
    scene.preload();
    scene.create();
    stage.frame = () => scene.update(performance.now(), 16.7);
  };
  const stop = () => {
    stage.frame = null;
    for (const fn of shutdown.splice(0)) fn();
  };
  return {
    stage,
    engine: strict("Phaser", { Scene }),
    run,
    stop,
    press: () => (cursors.up.isDown = true),
  };
}

export function pixi() {
  const stage = new Stage();
  class GraphicsContext {
    constructor() {
      stage.made++;
    }
    poly() {
      return this;
    }
    fill() {
      return this;
    }
  }
  /** @type {Map<any, {x: number, y: number, angle: number}>} */
  const seen = new Map();
  class Graphics {
    /** @param {GraphicsContext} context */
    constructor(context) {
      if (!(context instanceof GraphicsContext)) throw new Error("Graphics wants a context");
      stage.made++;
      const at = { x: 0, y: 0, angle: 0 };
      const self = strict("Graphics", {
        position: strict("ObservablePoint", {
          set(/** @type {number} */ x, /** @type {number} */ y) {
            finite(x, y);
            Object.assign(at, { x, y });
          },
        }),
        get rotation() {
          return at.angle;
        },
        set rotation(angle) {
          finite(angle);
          at.angle = angle;
        },
        destroy() {
          if (!stage.shown.delete(at)) throw new Error("destroyed twice");
        },
      });
      seen.set(self, at);
      // biome-ignore lint/correctness/noConstructorReturn: a constructor that gives a strict object
      return /** @type {any} */ (self);
    }
  }
  const app = strict("Application", {
    stage: strict("Container", {
      addChild(/** @type {any} */ child) {
        stage.shown.add(/** @type {any} */ (seen.get(child)));
        return child;
      },
    }),
    ticker: strict("Ticker", {
      add(/** @type {() => void} */ fn) {
        stage.frame = fn;
      },
      remove(/** @type {() => void} */ fn) {
        if (stage.frame === fn) stage.frame = null;
      },
    }),
  });
  return { stage, engine: strict("PIXI", { Graphics, GraphicsContext }), app };
}

export function three() {
  const stage = new Stage();
  class ConeGeometry {
    constructor() {
      stage.made++;
    }
    rotateZ() {
      return this;
    }
  }
  class MeshNormalMaterial {
    constructor() {
      stage.made++;
    }
  }
  /** @type {Map<any, {x: number, y: number, angle: number}>} */
  const seen = new Map();
  class Mesh {
    /** @param {any} geometry @param {any} material */
    constructor(geometry, material) {
      if (!(geometry instanceof ConeGeometry && material instanceof MeshNormalMaterial))
        throw new Error("what mesh?");
      stage.made++;
      const at = { x: 0, y: 0, angle: 0 };
      const self = strict("Mesh", {
        position: strict("Vector3", {
          set(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) {
            finite(x, y, z);
            Object.assign(at, { x: x * 100, y: z * 100 });
          },
        }),
        rotation: strict("Euler", {
          get y() {
            return -at.angle;
          },
          set y(angle) {
            finite(angle);
            at.angle = -angle;
          },
        }),
      });
      seen.set(self, at);
      // biome-ignore lint/correctness/noConstructorReturn: a constructor that gives a strict object
      return /** @type {any} */ (self);
    }
  }
  const scene = strict("Scene", {
    add: (/** @type {any} */ mesh) => void stage.shown.add(/** @type {any} */ (seen.get(mesh))),
    remove(/** @type {any} */ mesh) {
      if (!stage.shown.delete(/** @type {any} */ (seen.get(mesh))))
        throw new Error("removed twice");
    },
  });
  const camera = strict("Camera", {});
  const renderer = strict("WebGLRenderer", {
    setAnimationLoop(/** @type {(() => void) | null} */ fn) {
      stage.frame = fn;
    },
    render(/** @type {any} */ what, /** @type {any} */ from) {
      if (what !== scene || from !== camera) throw new Error("rendered something else");
    },
  });
  return {
    stage,
    engine: strict("THREE", { ConeGeometry, MeshNormalMaterial, Mesh }),
    app: { renderer, scene, camera },
  };
}

export function playcanvas() {
  const stage = new Stage();
  /** @type {Map<any, {x: number, y: number, angle: number}>} */
  const seen = new Map();
  class Entity {
    constructor() {
      stage.made++;
      const at = { x: 0, y: 0, angle: 0 };
      const self = strict("Entity", {
        addComponent(/** @type {string} */ name, /** @type {{type: string}} */ data) {
          if (name !== "render" || data.type !== "box") throw new Error(`no component ${name}`);
        },
        setLocalScale: finite,
        setLocalPosition(
          /** @type {number} */ x,
          /** @type {number} */ y,
          /** @type {number} */ z,
        ) {
          finite(x, y, z);
          Object.assign(at, { x: x * 100, y: z * 100 });
        },
        setLocalEulerAngles(
          /** @type {number} */ x,
          /** @type {number} */ y,
          /** @type {number} */ z,
        ) {
          finite(x, y, z);
          at.angle = (-y * Math.PI) / 180;
        },
        destroy() {
          if (!stage.shown.delete(at)) throw new Error("destroyed twice");
        },
      });
      seen.set(self, at);
      // biome-ignore lint/correctness/noConstructorReturn: a constructor that gives a strict object
      return /** @type {any} */ (self);
    }
  }
  const pressed = new Set();
  const app = strict("AppBase", {
    root: strict("Entity", {
      addChild: (/** @type {any} */ child) =>
        void stage.shown.add(/** @type {any} */ (seen.get(child))),
    }),
    keyboard: strict("Keyboard", { isPressed: (/** @type {number} */ key) => pressed.has(key) }),
    on(/** @type {string} */ name, /** @type {() => void} */ fn) {
      if (name !== "update") throw new Error(`no event ${name}`);
      stage.frame = fn;
    },
    off(/** @type {string} */ name, /** @type {() => void} */ fn) {
      if (name === "update" && stage.frame === fn) stage.frame = null;
    },
  });
  const keys = { KEY_SPACE: 32, KEY_LEFT: 37, KEY_UP: 38, KEY_RIGHT: 39 };
  const engine = strict("pc", {
    Entity,
    math: strict("math", { RAD_TO_DEG: 180 / Math.PI }),
    ...keys,
  });
  return { stage, engine, app, press: () => void pressed.add(keys.KEY_UP) };
}
