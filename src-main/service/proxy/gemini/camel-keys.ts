/** Google's JSON takes each field as `fieldName` and as `field_name`. Pure. */

/** Of one object, not of what is in it. */
export function camelKeys(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      one,
    ]),
  );
}
