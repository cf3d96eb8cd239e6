// What the provider refuses before it runs a document, with its messages and codes.
import {
  fieldOf,
  isComposite,
  mayOverlap,
  nameOf,
  rootOf,
  typeOf,
  writeType,
} from "./graphql_schema.mjs";
import { Misfit, coerceLiteral, writeLiteral } from "./graphql_values.mjs";

const directiveArgument = {
  name: "if",
  type: { kind: "non_null", of: { kind: "named", name: "Boolean" } },
};
const errorsMax = 50;

const nameFor = ({ name, kind }) => name ?? `anonymous ${kind}`;
const writeOperation = ({ kind, name }) => (name ? `${kind} ${name}` : kind);

// Whether a variable of the first type may stand where the second is wanted.
const fitsType = (given, wanted) => {
  if (wanted.kind === "non_null") {
    return given.kind === "non_null" && fitsType(given.of, wanted.of);
  }
  if (given.kind === "non_null") return fitsType(given.of, wanted);
  if (wanted.kind === "list") return given.kind === "list" && fitsType(given.of, wanted.of);
  return given.kind === "named" && given.name === wanted.name;
};

class Validation {
  errors = [];
  #document;
  #version;
  #operation;
  #used = new Set();
  #usedFragments = new Set();
  #open = [];

  constructor(document, operation, version) {
    this.#document = document;
    this.#operation = operation;
    this.#version = version;
  }

  #add(message, location, path, extensions) {
    if (this.errors.length >= errorsMax) return;
    this.errors.push({ message, locations: [location], path, extensions });
  }

  run() {
    const operation = this.#operation;
    const path = [writeOperation(operation)];
    for (const variable of operation.variables) {
      const type = typeOf(nameOf(variable.type));
      if (!type || isComposite(type)) {
        const name = nameOf(variable.type);
        this.#add(
          type
            ? `${name} isn't a valid input type (on $${variable.name})`
            : `${name} isn't a defined input type (on $${variable.name})`,
          variable.location,
          path,
          { code: "variableRequiresValidType", typeName: name, variableName: variable.name },
        );
      }
    }
    this.#selections(operation.selections, rootOf(operation.kind), path);
    for (const variable of operation.variables) {
      if (!this.#used.has(variable.name)) {
        this.#add(
          `Variable $${variable.name} is declared by ${nameFor(operation)} but not used`,
          variable.location,
          path,
          { code: "variableNotUsed", variableName: variable.name },
        );
      }
    }
    for (const [name, fragment] of this.#document.fragments) {
      if (!this.#usedFragments.has(name)) {
        this.#add(
          `Fragment ${name} was defined, but not used`,
          fragment.location,
          [`fragment ${name}`],
          { code: "useAndDefineFragment", fragmentName: name },
        );
      }
    }
    return this.errors;
  }

  #selections(selections, type, path) {
    const keys = new Map();
    for (const selection of selections) {
      this.#directives(selection.directives, path);
      if (selection.kind === "field") {
        this.#conflict(keys, selection, path);
        this.#field(selection, type, [...path, selection.key]);
      } else if (selection.kind === "inline") {
        this.#inline(selection, type, path);
      } else {
        this.#spread(selection, type, path);
      }
    }
  }

  #conflict(keys, field, path) {
    const known = keys.get(field.key);
    const written = (one) =>
      one.name + one.arguments.map(({ name, value }) => `${name}:${writeLiteral(value)}`).join();
    if (known && written(known) !== written(field)) {
      const isName = known.name !== field.name;
      this.#add(
        isName
          ? `Field '${field.key}' has a field conflict: ${known.name} or ${field.name}?`
          : `Field '${field.key}' has an argument conflict`,
        field.location,
        path,
        { code: "fieldConflict", typeName: "Field", fieldName: field.key },
      );
    }
    keys.set(field.key, field);
  }

  #field(field, type, path) {
    const declared = fieldOf(type, field.name, this.#version);
    if (!declared) {
      this.#add(
        `Field '${field.name}' doesn't exist on type '${type.name}'`,
        field.location,
        path,
        { code: "undefinedField", typeName: type.name, fieldName: field.name },
      );
      return;
    }
    this.#arguments(field, declared.args, "Field", path);
    const returned = typeOf(nameOf(declared.type));
    if (isComposite(returned) !== (field.selections !== null)) {
      const shown = writeType(declared.type);
      this.#add(
        field.selections === null
          ? `Field must have selections (field '${field.name}' returns ${returned.name} ` +
              `but has no selections. Did you mean '${field.name} { ... }'?)`
          : `Selections can't be made on scalars (field '${field.name}' returns ${shown} ` +
              `but has selections)`,
        field.location,
        path,
        { code: "selectionMismatch", nodeName: `field '${field.name}'`, typeName: returned.name },
      );
      return;
    }
    if (field.selections) this.#selections(field.selections, returned, path);
  }

  #arguments(node, args, typeName, path) {
    for (const given of node.arguments) {
      const wanted = args.get(given.name);
      if (!wanted || !fieldOf({ fields: args }, given.name, this.#version)) {
        this.#add(
          `${typeName} '${node.name}' doesn't accept argument '${given.name}'`,
          given.location,
          [...path, given.name],
          {
            code: "argumentNotAccepted",
            name: node.name,
            typeName,
            argumentName: given.name,
          },
        );
      } else {
        this.#argument(node, given, wanted, typeName, [...path, given.name]);
      }
    }
    const missing = [...args.values()].filter(
      ({ name, type, usual }) =>
        type.kind === "non_null" &&
        usual === undefined &&
        !node.arguments.some((given) => given.name === name),
    );
    if (missing.length === 0) return;
    const names = missing.map(({ name }) => name).join(", ");
    this.#add(
      `${typeName} '${node.name}' is missing required arguments: ${names}`,
      node.location,
      path,
      {
        code: "missingRequiredArguments",
        className: typeName,
        name: node.name,
        arguments: names,
      },
    );
  }

  #argument(node, given, wanted, typeName, path) {
    const isPlain = this.#variables(given.value, wanted, path);
    if (!isPlain) return;
    try {
      coerceLiteral(wanted.type, given.value, {}, this.#version);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      this.#literal(error, node, given, wanted, typeName, path);
    }
  }

  #literal(misfit, node, given, wanted, typeName, path) {
    if (misfit.kind === "id") {
      this.#add(misfit.message, given.location, path, {
        code: "argumentLiteralsIncompatible",
        typeName: "CoercionError",
      });
    } else if (misfit.kind === "unknown") {
      const type = nameOf(wanted.type);
      const argumentName = misfit.path.at(-1);
      this.#add(
        `InputObject '${type}' doesn't accept argument '${argumentName}'`,
        given.location,
        [...path, ...misfit.path],
        { code: "argumentNotAccepted", name: type, typeName: "InputObject", argumentName },
      );
    } else {
      this.#add(
        `Argument '${given.name}' on ${typeName} '${node.name}' has an invalid value ` +
          `(${writeLiteral(given.value)}). Expected type '${writeType(wanted.type)}'.`,
        given.location,
        path,
        { code: "argumentLiteralsIncompatible", typeName, argumentName: given.name },
      );
    }
  }

  // Checks the variables in a value; says whether there were none.
  #variables(value, wanted, path) {
    if (value.kind === "list") {
      return value.values.map((one) => this.#variables(one, null, path)).every(Boolean);
    }
    if (value.kind === "object") {
      return value.fields.map((field) => this.#variables(field.value, null, path)).every(Boolean);
    }
    if (value.kind !== "variable") return true;
    const declared = this.#operation.variables.find(({ name }) => name === value.name);
    this.#used.add(value.name);
    if (!declared) {
      this.#add(
        `Variable $${value.name} is used by ${nameFor(this.#operation)} but not declared`,
        value.location,
        path,
        { code: "variableNotDefined", variableName: value.name },
      );
    } else if (wanted) {
      this.#variable(declared, wanted, value.location, path);
    }
    return false;
  }

  #variable(declared, wanted, location, path) {
    const hasUsual = declared.usual !== undefined && declared.usual.kind !== "null";
    const given =
      (hasUsual || wanted.usual !== undefined) && declared.type.kind !== "non_null"
        ? { kind: "non_null", of: declared.type }
        : declared.type;
    if (fitsType(given, wanted.type)) return;
    const types = `${writeType(declared.type)} / ${writeType(wanted.type)}`;
    this.#add(
      `Type mismatch on variable $${declared.name} and argument ${wanted.name} (${types})`,
      location,
      path,
      {
        code: "variableMismatch",
        variableName: declared.name,
        typeName: writeType(declared.type),
        argumentName: wanted.name,
        errorMessage: "Type mismatch",
      },
    );
  }

  #directives(directives, path) {
    for (const directive of directives) {
      if (["include", "skip"].includes(directive.name)) {
        this.#arguments(directive, new Map([["if", directiveArgument]]), "Directive", path);
      } else {
        this.#add(`Directive @${directive.name} is not defined`, directive.location, path, {
          code: "undefinedDirective",
          directiveName: directive.name,
        });
      }
    }
  }

  #condition(on, type, location, path, what) {
    const target = typeOf(on);
    if (!target || !isComposite(target)) {
      this.#add(`No such type ${on}, so it can't be a fragment condition`, location, path, {
        code: "undefinedType",
        typeName: on,
      });
      return null;
    }
    if (!mayOverlap(target, type)) {
      this.#add(`${what} on ${on} can't be spread inside ${type.name}`, location, path, {
        code: "cannotSpreadFragment",
        typeName: type.name,
        fragmentName: what.split(" ").at(-1),
        parentName: type.name,
      });
      return null;
    }
    return target;
  }

  #inline(selection, type, path) {
    if (selection.on === null) {
      this.#selections(selection.selections, type, [...path, "..."]);
      return;
    }
    const here = [...path, `... on ${selection.on}`];
    const target = this.#condition(selection.on, type, selection.location, here, "Fragment");
    if (target) this.#selections(selection.selections, target, here);
  }

  #spread({ name, location }, type, path) {
    const fragment = this.#document.fragments.get(name);
    this.#usedFragments.add(name);
    if (!fragment) {
      this.#add(`Fragment ${name} was used, but not defined`, location, [...path, `... ${name}`], {
        code: "useAndDefineFragment",
        fragmentName: name,
      });
      return;
    }
    if (this.#open.includes(name)) {
      this.#add(`Fragment ${name} contains an infinite loop`, location, [`fragment ${name}`], {
        code: "infiniteLoop",
        fragmentName: name,
      });
      return;
    }
    const here = [`fragment ${name}`];
    const target = this.#condition(fragment.on, type, location, here, `Fragment ${name}`);
    if (!target) return;
    this.#open.push(name);
    this.#selections(fragment.selections, target, here);
    this.#open.pop();
  }
}

// The errors of an operation; none when it may run.
export const validate = (document, operation, version) =>
  new Validation(document, operation, version).run();
