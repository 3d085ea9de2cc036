/// <reference types="vite/client" />

interface Window {
  /** Put there by the preload script; absent when the page is opened in a plain browser. */
  readonly brushfleet?: {
    /** Asks for a MessagePort, which arrives as a `brushfleet:port` message to this window. */
    connect(): unknown;
    /** Begins a drag to other programs of what was prepared for this ticket (`pictures.prepareDrag`). */
    drag(ticket: string): Promise<void>;
  };
}
