import { Injectable } from '@nestjs/common';
import {
  anyObject,
  instant,
  key,
  listOf,
  objectOf,
  optional,
  orElse,
  text,
  wholeNumber,
  word,
} from '../../common/takeover/legacy-fields.js';
import type { Inherited } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import type { Vm, VmService } from './vm.entity.js';

const service = objectOf<VmService>({
  name: text,
  port: wholeNumber,
  healthPath: optional(text),
  protocol: optional(text),
});

const vm = objectOf<Omit<Vm, 'lastSeen'> & { lastSeen?: string }>({
  id: key,
  name: text,
  role: word,
  status: orElse(word, 'running'),
  address: text,
  services: optional(listOf(service)),
  metadata: optional(anyObject),
  registeredBy: text,
  registeredAt: instant,
  lastSeen: optional(instant),
});

/** `registry.json`: each VM becomes a line. */
@Injectable()
export class RegistryTakeover {
  constructor(takeover: Takeover) {
    takeover.intoLog('registry.json', 'registry', { vms: { read: inherit } });
  }
}

function inherit(value: unknown, place: string): Inherited {
  const known = vm(value, place);
  return { record: { ...known, lastSeen: known.lastSeen ?? known.registeredAt }, keys: { id: known.id }, ids: [] };
}
