import { ScoriaError } from '../domain/errors.ts';
import { moduleSpecifier } from '../module-specifier.ts';
import { assertDefined, type Projection } from '../projections/projection.ts';
import { type Place, type Problem, problemAt } from './problem.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of any shape
export type AnyProjection = Projection<any>;

export interface LoadedProjections {
  readonly projections: readonly AnyProjection[];
  readonly problems: readonly Problem[];
}

/** Imports read models of the user's own. `placeOf` says where the module of that index is named. */
export const loadProjections = async (
  modules: readonly string[],
  placeOf: (index: number) => Place,
): Promise<LoadedProjections> => {
  const loaded = await Promise.all(modules.map((module, index) => loadProjection(module, placeOf(index), index)));
  const names = loaded.map((one) => ('projection' in one ? one.projection.name : null));
  const again = names.flatMap((name, index) =>
    name !== null && names.indexOf(name) < index ? [nameTaken(name, placeOf(index), index)] : [],
  );
  return {
    projections: loaded.flatMap((one) => ('projection' in one ? [one.projection] : [])),
    problems: [...loaded.flatMap((one) => ('problem' in one ? [one.problem] : [])), ...again],
  };
};

const fieldAt = (index: number): string => `projections.${index}`;

const nameTaken = (name: string, place: Place, index: number): Problem => ({
  place,
  field: fieldAt(index),
  message: `a projection before it is named "${name}" as well`,
  remedy: 'name a module once, and give each projection a name of its own',
});

type Loaded = { readonly projection: AnyProjection } | { readonly problem: Problem };

const loadProjection = async (module: string, place: Place, index: number): Promise<Loaded> => {
  const wrong = (message: string, remedy: string): Loaded => ({
    problem: { place, field: fieldAt(index), message, remedy },
  });
  const specifier = moduleSpecifier(module);
  const remedy = 'give the path of a module, such as ./chargeback.ts, or npm: and the name of a package';
  if (specifier === null) return wrong(`${JSON.stringify(module)} is no path of a module`, remedy);
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(specifier);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return wrong(`the module ${JSON.stringify(module)} cannot be loaded: ${reason}`, remedy);
  }
  const projection = loaded.default;
  if (typeof projection !== 'object' || projection === null) {
    const message = `the module ${JSON.stringify(module)} exports no projection as its default`;
    return wrong(message, 'write export default defineProjection({ name, version, fold })');
  }
  try {
    assertDefined(projection as AnyProjection);
    return { projection: projection as AnyProjection };
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    return { problem: problemAt(place, fieldAt(index), error.rejection) };
  }
};
