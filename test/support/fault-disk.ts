import { Disk, DiskFile } from '../../src/common/storage/disk.js';

/** A real disk that can be told to fail. */
export class FaultDisk extends Disk {
  /** What the next calls do instead of working; unset them to heal the disk. */
  faults: { write?: 'refuse' | 'short'; sync?: true; truncate?: true; folder?: true } = {};

  override async open(path: string): Promise<DiskFile> {
    const file = await super.open(path);
    return {
      ...file,
      write: async (data, position) => {
        if (this.faults.write === 'short') await file.write(data.subarray(0, data.length >> 1), position);
        if (this.faults.write) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        await file.write(data, position);
      },
      sync: async () => {
        if (this.faults.sync) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
        await file.sync();
      },
      truncate: async (size) => {
        if (this.faults.truncate) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
        await file.truncate(size);
      },
    };
  }

  override async syncFolder(path: string): Promise<void> {
    if (this.faults.folder) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
    await super.syncFolder(path);
  }
}
