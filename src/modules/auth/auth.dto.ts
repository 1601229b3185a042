import { ROLES, type Role } from '../../common/http/caller.js';
import { Name, OneOf } from '../../common/validation/fields.js';
import { Instant } from '../../common/validation/record-fields.js';

export class CreateLink {
  /**
   * Who is to sign in with it, and then acts on the dashboard; `dashboard` when not given.
   * @example ann
   */
  @Name({ optional: true })
  name?: string;
}

export class CreateKey {
  /**
   * Whose key it is: what an agent's key does is done in this name. Several keys may have one name.
   * @example builder-1
   */
  @Name()
  name!: string;

  /** @example agent */
  @OneOf(ROLES, 'Role')
  role!: Role;

  /**
   * From then on the key is refused; never when not given. Must be in the future.
   * @example 2099-12-31T00:00:00.000Z
   */
  @Instant({ optional: true })
  expiresAt?: string;
}
