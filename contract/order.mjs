/**
 * The files, each after those it imports and otherwise by name, so that the same contract is always the same bytes.
 * google/protobuf/* stays outside: every protoc brings its own.
 */
export function inDependencyOrder(files) {
  const done = new Set();
  const ordered = [];

  function visit(name, path) {
    if (done.has(name) || name.startsWith("google/protobuf/")) {
      return;
    }
    if (path.includes(name)) {
      throw new Error(`import cycle: ${[...path, name].join(" -> ")}`);
    }
    const file = files.get(name);
    if (!file) {
      throw new Error(`${path.at(-1)} imports ${name}, which is not there`);
    }
    [...file.dependency].sort().forEach((dependency) => visit(dependency, [...path, name]));
    done.add(name);
    ordered.push(file);
  }

  [...files.keys()].sort().forEach((name) => visit(name, []));
  return ordered;
}
