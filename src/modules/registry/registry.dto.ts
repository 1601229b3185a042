import { OmitType, PartialType } from '@nestjs/swagger';
import { Actor } from '../../common/validation/actor.js';
import { FreeObject, Integer, ListOf, Name, OneOf, OptionalText, Text } from '../../common/validation/fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { VM_ROLES, VM_STATUSES, type VmRole, type VmStatus } from './vm.entity.js';

export class VmServiceInput {
  /** @example api */
  @Name()
  name!: string;

  /**
   * TCP port, 1 to 65535.
   * @example 3000
   */
  @Integer(1, 65_535)
  port!: number;

  /** @example /health */
  @OptionalText()
  healthPath?: string;

  /** @example http */
  @OptionalText()
  protocol?: string;
}

export class RegisterVm {
  /**
   * The VM's own id; a known one is refused.
   * @example vm-7f3a
   */
  @Name()
  id!: string;

  /** @example builder-1 */
  @Name()
  name!: string;

  /** @example worker */
  @OneOf(VM_ROLES, 'VmRole')
  role!: VmRole;

  /**
   * Where the VM is reached.
   * @example vm-7f3a.vm.vers.sh
   */
  @Text()
  address!: string;

  /** @example orchestrator */
  @Actor()
  registeredBy!: string;

  /**
   * `running` when not given.
   * @example running
   */
  @OneOf(VM_STATUSES, 'VmStatus', { optional: true })
  status?: VmStatus;

  /** What listens on it. */
  @ListOf(() => VmServiceInput, { optional: true })
  services?: VmServiceInput[];

  /**
   * Anything else, nested at most 32 deep.
   * @example { "region": "eu" }
   */
  @FreeObject({ optional: true })
  metadata?: Record<string, unknown>;
}

export class UpdateVm extends PartialType(OmitType(RegisterVm, ['id', 'registeredBy'] as const), {
  skipNullProperties: false,
}) {}

export class ListVms extends PageQuery {
  /** Only VMs with this role. */
  @OneOf(VM_ROLES, 'VmRole', { optional: true })
  role?: VmRole;

  /** Only VMs with this status; `running` leaves stale ones out. */
  @OneOf(VM_STATUSES, 'VmStatus', { optional: true })
  status?: VmStatus;
}
