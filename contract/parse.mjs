// Reads additions.txt; the grammar is described at its top.

/** The statements of the text, each with the line it starts on. */
export function parse(text) {
  const tokens = tokenize(text);
  let at = 0;

  const fail = (message) => {
    throw new Error(`additions, line ${(tokens[at] ?? tokens.at(-1))?.line}: ${message}`);
  };
  const next = () => tokens[at++]?.text ?? fail("the text ends too early");
  const peek = (text) => tokens[at]?.text === text;
  const accept = (text) => peek(text) && Boolean(next());
  const expect = (text) => accept(text) || fail(`'${text}' expected, '${tokens[at]?.text}' found`);
  const word = () => (/^[A-Za-z_][\w.]*$/.test(tokens[at]?.text ?? "") ? next() : fail("a name expected"));
  const number = () => (/^\d+$/.test(tokens[at]?.text ?? "") ? Number(next()) : fail("a number expected"));
  const block = (member) => {
    const members = [];
    for (expect("{"); !accept("}"); ) {
      const line = tokens[at]?.line;
      members.push({ line, ...member() });
    }
    return members;
  };
  const end = (statement) => expect(";") && statement;

  const numbered = (kind) => {
    const name = word();
    expect("=");
    return end({ kind, name, number: number() });
  };
  const field = () => {
    if (accept("map")) {
      expect("<");
      const key = word();
      expect(",");
      const type = word();
      expect(">");
      return { ...numbered("field"), label: "map", key, type };
    }
    const label = ["optional", "repeated"].find(accept) ?? "";
    const type = word();
    return { ...numbered("field"), label, type };
  };
  const oneofMember = () => (accept("existing") ? numbered("existing") : field());
  const messageMember = () => {
    if (accept("oneof")) {
      return { kind: "oneof", name: word(), members: block(oneofMember) };
    }
    if (accept("rename")) {
      const name = word();
      expect("=");
      const of = number();
      expect("to");
      return end({ kind: "rename", name, number: of, to: word() });
    }
    return peek("message") || peek("enum") || peek("extend") ? type() : field();
  };
  const method = () => {
    expect("rpc");
    const name = word();
    expect("(");
    const input = word();
    expect(")");
    expect("returns");
    expect("(");
    const output = word();
    expect(")");
    return end({ kind: "method", name, input, output });
  };
  const members = { message: messageMember, enum: () => numbered("value"), service: method };
  const type = () => {
    const extend = accept("extend");
    const kind = Object.keys(members).find(accept) ?? fail("message, enum or service expected");
    return { kind, extend, name: word(), members: block(members[kind]) };
  };
  const file = () => {
    const line = tokens[at].line;
    const isNew = accept("new");
    expect("file");
    return { line, isNew, name: next().replace(/^"|"$/g, ""), members: block(type) };
  };

  const files = [];
  while (at < tokens.length) {
    files.push(file());
  }
  return files;
}

function tokenize(text) {
  return text.split("\n").flatMap((content, index) => {
    const code = content.replace(/\/\/.*$/, "");
    return [...code.matchAll(/"[^"]*"|[\w.]+|\S/g)].map(([token]) => ({ text: token, line: index + 1 }));
  });
}
