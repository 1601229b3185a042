import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'isPublic';

/** Opens a route to everyone. Every use must stand in the list that `test/auth.e2e-spec.ts` keeps. */
export const Public = (): MethodDecorator => SetMetadata(IS_PUBLIC, true);
