/** The credential of every server and application that tests start. */
export const TOKEN = 'test-token';
