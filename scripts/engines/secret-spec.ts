/** `--secret id=NAME[,type=env|file][,src=FILE][,env=VAR]`, as both engines read it. */
export interface SecretSpec {
  readonly id: string | undefined;
  /** As written: relative to the working directory. */
  readonly file: string | undefined;
  readonly variable: string | undefined;
  /** Neither was named: it is the variable of the id's name if there is one, else the file. */
  readonly either: string | undefined;
}

export function readSecretSpec(spec: string): SecretSpec {
  const words = new Map<string, string>();
  for (const [, key = '', value = ''] of spec.matchAll(/([^=,]+)=([^,]*)/g)) words.set(key, value);
  const id = words.get('id');
  const source = words.get('src') ?? words.get('source');
  const ofType = words.get('type') === 'env' ? (source ?? id) : undefined;
  const variable = words.get('env') ?? ofType;
  const named = variable !== undefined || source !== undefined;
  return { id, variable, file: variable ? undefined : source, either: named ? undefined : id };
}
