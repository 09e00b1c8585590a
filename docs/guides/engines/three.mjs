/** Plays the arena in a room: its y goes along z, 100 units are 1. `THREE` is the module; `keys()` is the input of now. */
export function playArena(THREE, { renderer, scene, camera }, room, keys) {
  const hull = new THREE.ConeGeometry(0.1, 0.3, 8).rotateZ(-Math.PI / 2); // its tip along x
  const paint = new THREE.MeshNormalMaterial();
  const ships = new Map(); // of meshes by entity id
  const place = (mesh, row) => {
    mesh.position.set(row.x / 100, 0, row.y / 100);
    mesh.rotation.y = -row.heading;
  };
  room.on("add", (table, id, row) => {
    if (table !== "ships") return;
    const mesh = new THREE.Mesh(hull, paint);
    place(mesh, row);
    scene.add(mesh);
    ships.set(id, mesh);
  });
  room.on("remove", (table, id) => {
    if (table !== "ships") return;
    scene.remove(ships.get(id)); // geometry and material are shared: nothing to dispose
    ships.delete(id);
  });
  renderer.setAnimationLoop(() => {
    room.input(keys());
    for (const row of room.view().ships) if (ships.has(row.id)) place(ships.get(row.id), row);
    renderer.render(scene, camera);
  });
  room.on("exit", () => renderer.setAnimationLoop(null));
}
