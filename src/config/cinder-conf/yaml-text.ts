import type { JsonObject } from '../../domain/json.ts';

/** A configuration as the text of a `scoria.yaml`. */
export const yamlText = async (configuration: JsonObject): Promise<string> => {
  // Loaded for those who write a file.
  const { stringify } = await import('yaml');
  return stringify(configuration, { lineWidth: 0 });
};
