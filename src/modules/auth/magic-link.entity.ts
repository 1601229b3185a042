/** A link that signs a person in. */
export class MagicLink {
  /**
   * To be opened in a browser; works once.
   * @example https://agents.example.org/ui/login?token=q3Jq0c6mUQ0qfWJ3cF0zv4b2m5s8w1x7y9zAaBbCcDd
   */
  url!: string;

  /**
   * Five minutes from now.
   * @example 2026-01-31T12:05:00.000Z
   */
  expiresAt!: string;
}
