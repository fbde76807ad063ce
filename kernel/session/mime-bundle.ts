/** What a display shows, by MIME type. */

/** A MIME bundle as Jupyter's display messages carry it. */
export interface MimeBundle {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}
