/** Documents the header that bare arrays and texts carry when there is more. */
export const ApiNextCursorHeader = {
  headers: {
    'X-Next-Cursor': {
      description: 'Present when there is more: the `cursor` that goes on from here.',
      schema: { type: 'string' },
    },
  },
} as const;
