import { describe, expect, it } from '@jest/globals';
import { commitIdIn, vmIdIn } from '../../extension/behaviours/ids-in-text.js';

const VM = '3f0c9d52-7a44-4c1e-9c0e-5f2b7d1a6e10';
const COMMIT = 'b7e1f6aa-0d35-4f4b-8a39-c1d2e3f4a5b6';

describe('ids in what tools say', () => {
  it.each([
    [`VM created: ${VM}`, VM, undefined],
    [`{"vmId": "vm-7f3a", "status": "running"}`, 'vm-7f3a', undefined],
    [`{\n  "vm_id": "abc",\n  "commit_id": "def"\n}`, 'abc', 'def'],
    [`Restored VM ${VM} from commit ${COMMIT}`, VM, COMMIT],
    [`Commit ${COMMIT} restored as ${VM}`, VM, COMMIT],
    [`Restored commit ${COMMIT}.\nNew VM: ${VM}`, VM, COMMIT],
    [`Committed VM ${VM}. Commit ID: ${COMMIT}`, VM, COMMIT],
    ['VM vm-new created from c-5e0f21', 'vm-new', undefined],
    ['Created vm-7f3a (4096 MB) for you', 'vm-7f3a', undefined],
    ['VM ID: `a1b2c3d4`, commit ID: `e5f6a7b8`', 'a1b2c3d4', 'e5f6a7b8'],
    ['commitId=c-5e0f21 vmId=vm-9', 'vm-9', 'c-5e0f21'],
    ['VM ID not found', undefined, undefined],
    ['The VM could not be found', undefined, undefined],
    ['Done.', undefined, undefined],
    ['', undefined, undefined],
  ])('%j', (text, vmId, commitId) => {
    expect([vmIdIn(text), commitIdIn(text)]).toEqual([vmId, commitId]);
  });

  it('does not take the commit that was asked for for a VM', () => {
    expect(vmIdIn(`Restored from ${COMMIT} as ${VM}`, COMMIT)).toBe(VM);
    expect(vmIdIn(`Restored from ${COMMIT}`, COMMIT)).toBeUndefined();
  });

  it('takes its time from no text, however long', () => {
    const text = `VM ${'commit VM vm- '.repeat(20_000)}`;
    const start = performance.now();
    vmIdIn(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
