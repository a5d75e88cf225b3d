/**
 * Whether a zone has this very name in the IANA database: `Region/City`, or UTC. Offsets such as +02:00 are none, for they
 * know no summer time, and short names such as EST or CET are old aliases that not every scheduler knows.
 */
export function isZone(name: string): boolean {
  const isLongName = name.split('/').length > 1 && name.split('/').every((part) => /^[A-Z]/.test(part));
  if (!isLongName) return name === 'UTC';
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // This runtime takes any spelling and others do not; of an alias it tells only the name that it stands for.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
