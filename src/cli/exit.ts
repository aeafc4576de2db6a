/** What a command ends with. */
export const EXIT = { none: 0, races: 1, cannotRun: 2, interrupted: 130 } as const;
