// Adds the parsed additions to the file descriptors. Whatever is already taken, reserved or unknown is an error.
import { create } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  EnumValueDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  MessageOptionsSchema,
  MethodDescriptorProtoSchema,
  OneofDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

const scalars = {
  bool: Type.BOOL,
  double: Type.DOUBLE,
  int32: Type.INT32,
  int64: Type.INT64,
  string: Type.STRING,
  uint32: Type.UINT32,
};

export function merge(files, additions) {
  const types = index(files);

  // Names come first, so that a field may use a type that stands further down.
  const work = additions.flatMap((addition) => {
    const file = addition.isNew ? addFile(files, addition) : (files.get(addition.name) ?? fail(addition, "no such file"));
    return declare(types, file, file, file.package, addition.members);
  });
  work.forEach(({ statement, type }) => fill[statement.kind](types, type, statement));
}

function fail(statement, message) {
  throw new Error(`additions, line ${statement.line}: ${statement.name}: ${message}`);
}

/** Every message, enum and service by its full name. */
function index(files) {
  const types = new Map([
    ["google.protobuf.Timestamp", { file: { name: "google/protobuf/timestamp.proto" }, kind: "message" }],
  ]);
  function add(file, scope, kind, desc) {
    const name = `${scope}.${desc.name}`;
    types.set(name, { file, name, kind, desc, scope });
    desc.nestedType?.forEach((nested) => add(file, name, "message", nested));
    desc.enumType?.forEach((nested) => add(file, name, "enum", nested));
  }
  for (const file of files.values()) {
    file.messageType.forEach((message) => add(file, file.package, "message", message));
    file.enumType.forEach((desc) => add(file, file.package, "enum", desc));
    file.service.forEach((service) => add(file, file.package, "service", service));
  }
  return types;
}

function addFile(files, addition) {
  if (files.has(addition.name)) {
    fail(addition, "the file is already there");
  }
  const file = create(FileDescriptorProtoSchema, {
    name: addition.name,
    package: addition.name.split("/").slice(0, -1).join("."),
    syntax: "proto3",
  });
  files.set(file.name, file);
  return file;
}

/** Creates the new types among the statements and answers every type that is still to be filled. */
function declare(types, file, container, scope, statements) {
  return statements.flatMap((statement) => {
    if (!["message", "enum", "service"].includes(statement.kind)) {
      return [];
    }
    const name = `${scope}.${statement.name}`;
    if (statement.extend) {
      const type = types.get(name);
      if (type?.kind !== statement.kind || type.file !== file) {
        fail(statement, `no such ${statement.kind} in ${file.name}`);
      }
    } else {
      addType(types, file, container, scope, statement);
    }
    const type = types.get(name);
    return [{ statement, type }, ...declare(types, file, type.desc, name, statement.members)];
  });
}

function addType(types, file, container, scope, statement) {
  const name = `${scope}.${statement.name}`;
  if (types.has(name) || isTaken(container, statement.name)) {
    fail(statement, "the name is taken");
  }
  let desc;
  if (statement.kind === "message") {
    desc = create(DescriptorProtoSchema, { name: statement.name });
    (container.messageType ?? container.nestedType).push(desc);
  } else if (statement.kind === "enum") {
    desc = create(EnumDescriptorProtoSchema, { name: statement.name });
    container.enumType.push(desc);
  } else {
    fail(statement, "a service can only be extended");
  }
  types.set(name, { file, name, kind: statement.kind, desc, scope });
}

const fill = {
  message(types, type, statement) {
    const members = statement.members;
    members.filter((m) => m.kind === "rename").forEach((m) => rename(type, m));
    members.filter((m) => m.kind === "oneof").forEach((m) => addOneof(types, type, m));
    members.filter((m) => m.kind === "field").forEach((m) => addField(types, type, m));
  },

  enum(types, type, statement) {
    for (const value of statement.members) {
      if (siblingValues(types, type).includes(value.name) || type.desc.reservedName.includes(value.name)) {
        fail(value, "the name is taken or reserved");
      }
      // Unlike that of a message, an enum's reserved range includes its end.
      const reserved = type.desc.reservedRange.some((r) => value.number >= r.start && value.number <= r.end);
      if (reserved || type.desc.value.some((v) => v.number === value.number)) {
        fail(value, `${value.number} is taken or reserved`);
      }
      type.desc.value.push(create(EnumValueDescriptorProtoSchema, { name: value.name, number: value.number }));
    }
  },

  service(types, type, statement) {
    for (const method of statement.members) {
      if (type.desc.method.some((m) => m.name === method.name)) {
        fail(method, "the name is taken");
      }
      const [inputType, outputType] = [method.input, method.output].map((name) => {
        const found = resolve(types, type, method, name);
        return found.kind === "message" ? `.${found.name}` : fail(method, `${name} is no message`);
      });
      type.desc.method.push(create(MethodDescriptorProtoSchema, { name: method.name, inputType, outputType }));
    }
  },
};

/** The values of an enum live beside the enum, not in it: those of its siblings are taken, too. */
function siblingValues(types, type) {
  const siblings = [...types.values()].filter((t) => t.kind === "enum" && t.scope === type.scope);
  return siblings.flatMap((t) => t.desc.value.map((value) => value.name));
}

function rename(type, statement) {
  const field = existing(type, statement);
  if (isTaken(type.desc, statement.to) || hasJsonName(type.desc, jsonName(statement.to))) {
    fail(statement, `${statement.to} is taken`);
  }
  field.name = statement.to;
  field.jsonName = jsonName(statement.to);
}

function existing(type, statement) {
  const field = type.desc.field.find((f) => f.name === statement.name && f.number === statement.number);
  return field ?? fail(statement, `${type.name} has no such field with number ${statement.number}`);
}

function addOneof(types, type, statement) {
  const { desc } = type;
  let at = desc.oneofDecl.findIndex((oneof) => oneof.name === statement.name);
  if (at < 0) {
    if (isTaken(desc, statement.name)) {
      fail(statement, "the name is taken");
    }
    // The oneofs that stand for `optional` fields must come last.
    const synthetic = desc.field.filter((f) => f.proto3Optional);
    at = Math.min(desc.oneofDecl.length, ...synthetic.map((f) => f.oneofIndex));
    desc.oneofDecl.splice(at, 0, create(OneofDescriptorProtoSchema, { name: statement.name }));
    desc.field.filter((f) => isInOneof(f) && f.oneofIndex >= at).forEach((f) => f.oneofIndex++);
  }
  for (const member of statement.members) {
    if (member.kind === "existing") {
      const field = existing(type, member);
      if (isInOneof(field) || field.label === Label.REPEATED) {
        fail(member, "only a plain singular field can move into a oneof");
      }
      desc.field.splice(desc.field.indexOf(field), 1);
      insertIntoOneof(desc, field, at);
    } else if (member.label) {
      fail(member, `${member.label} is not allowed in a oneof`);
    } else {
      addField(types, type, member, at);
    }
  }
}

/** The members of a oneof must stand together. */
function insertIntoOneof(desc, field, oneofIndex) {
  field.oneofIndex = oneofIndex;
  const last = desc.field.findLastIndex((f) => isInOneof(f) && f.oneofIndex === oneofIndex);
  desc.field.splice(last < 0 ? desc.field.length : last + 1, 0, field);
}

// An unset proto2 field of the descriptor reads as its default, 0, which is a valid index: ask for presence instead.
function isInOneof(field) {
  return Object.hasOwn(field, "oneofIndex");
}

function addField(types, type, statement, oneofIndex) {
  const { desc } = type;
  const { name, number, label } = statement;
  if (isTaken(desc, name) || hasJsonName(desc, jsonName(name)) || desc.reservedName.includes(name)) {
    fail(statement, "the name is taken or reserved");
  }
  const reserved = desc.reservedRange.some((range) => number >= range.start && number < range.end);
  if (reserved || desc.field.some((f) => f.number === number)) {
    fail(statement, `${number} is taken or reserved in ${type.name}`);
  }
  const field = create(FieldDescriptorProtoSchema, {
    name,
    number,
    jsonName: jsonName(name),
    label: label === "repeated" || label === "map" ? Label.REPEATED : Label.OPTIONAL,
    ...(label === "map" ? mapEntry(types, type, statement) : fieldType(types, type, statement, statement.type)),
  });
  if (oneofIndex !== undefined) {
    insertIntoOneof(desc, field, oneofIndex);
    return;
  }
  if (label === "optional") {
    field.proto3Optional = true;
    field.oneofIndex = desc.oneofDecl.length;
    desc.oneofDecl.push(create(OneofDescriptorProtoSchema, { name: `_${name}` }));
  }
  desc.field.push(field);
}

function fieldType(types, type, statement, name) {
  if (scalars[name]) {
    return { type: scalars[name] };
  }
  const found = resolve(types, type, statement, name);
  if (found.kind === "service") {
    fail(statement, `${name} is a service`);
  }
  return { type: found.kind === "enum" ? Type.ENUM : Type.MESSAGE, typeName: `.${found.name}` };
}

function mapEntry(types, type, statement) {
  const name = `${jsonName(`_${statement.name}`)}Entry`;
  const entry = { line: statement.line, kind: "message", name };
  addType(types, type.file, type.desc, type.name, entry);
  const added = types.get(`${type.name}.${name}`);
  addField(types, added, { line: statement.line, name: "key", number: 1, label: "", type: statement.key });
  addField(types, added, { line: statement.line, name: "value", number: 2, label: "", type: statement.type });
  added.desc.options = create(MessageOptionsSchema, { mapEntry: true });
  return { type: Type.MESSAGE, typeName: `.${added.name}` };
}

/** Finds a type by its name below flyteidl2 (or its full name) and imports its file where needed. */
function resolve(types, type, statement, name) {
  const full = [`flyteidl2.${name}`, name].find((candidate) => types.has(candidate));
  if (!full) {
    fail(statement, `no type ${name}`);
  }
  const found = types.get(full);
  if (found.file.name !== type.file.name && !type.file.dependency.includes(found.file.name)) {
    type.file.dependency.push(found.file.name);
  }
  return { ...found, name: full };
}

function isTaken(container, name) {
  const members = ["messageType", "nestedType", "enumType", "field", "oneofDecl", "service", "extension"];
  return members.some((kind) => container[kind]?.some((member) => member.name === name));
}

function hasJsonName(desc, name) {
  return desc.field.some((field) => field.jsonName === name);
}

function jsonName(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
