/** What a request is turned into. */

/** What is left to do for a request once it is accepted: user code runs in it. */
export type Work = () => void;
