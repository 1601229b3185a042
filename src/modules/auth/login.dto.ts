import { QueryText, Verbatim } from '../../common/validation/fields.js';

export class LoginQuery {
  @QueryText()
  token?: string;
}

export class SignIn {
  @Verbatim({ optional: true })
  token?: string;
}
