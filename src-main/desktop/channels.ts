/**
 * What the preload and main must agree on: where our page comes from, and the channels they speak over. Imports
 * nothing, so that the preload stays one file of its own.
 */
export const APP_HOST = 'brushfleet';
export const APP_ORIGIN = `app://${APP_HOST}`;

export const CONNECT = 'brushfleet:connect';
export const GRANT = 'brushfleet:grant';
export const DRAG = 'brushfleet:drag';
