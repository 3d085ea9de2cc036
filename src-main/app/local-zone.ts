/** The time zone of this computer: calendar days are its user's. */
export const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
