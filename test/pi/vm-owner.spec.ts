import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { ownVm } from '../../extension/vm-owner.js';

const VM = 'vm-1';
const mine = `${process.pid}@${VM}`;
const gone = spawnSync(process.execPath, ['--version']).pid;

it.each([
  ['nobody did before', undefined],
  ['it did before, as when its session is reloaded', mine],
  ['who did is gone', `${gone}@${VM}`],
  ['who started it speaks for another VM', `${process.ppid}@vm-2`],
  ['what it inherits makes no sense', 'nonsense'],
])('pi speaks for its VM when %s', (_when, owner) => {
  const env = { VERS_VM_OWNER: owner };
  expect([ownVm(VM, env), env]).toEqual([VM, { VERS_VM_OWNER: mine }]);
});

it('pi leaves the VM to the one that has started it', () => {
  const env = { VERS_VM_OWNER: `${process.ppid}@${VM}` };
  expect([ownVm(VM, env), env]).toEqual([undefined, { VERS_VM_OWNER: `${process.ppid}@${VM}` }]);
});

it('pi speaks for no VM when it knows of none', () => {
  const env = {};
  expect([ownVm(undefined, env), env]).toEqual([undefined, {}]);
});
