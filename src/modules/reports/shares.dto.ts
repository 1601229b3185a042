import { Actor } from '../../common/validation/actor.js';
import { OptionalText } from '../../common/validation/fields.js';
import { Instant } from '../../common/validation/record-fields.js';

export class ShareReport {
  /**
   * Who shares it; `admin` when not given.
   * @example ann
   */
  @Actor({ optional: true })
  createdBy?: string;

  /**
   * From then on the link leads nowhere; never when not given. A past time makes a link that leads nowhere at once.
   * @example 2099-12-31T00:00:00.000Z
   */
  @Instant({ optional: true })
  expiresAt?: string;

  /**
   * What the link is for.
   * @example "for the review"
   */
  @OptionalText()
  label?: string;
}
