/** Descriptors of a registry in a folder, read when they are asked for. */
import { type Descriptor, parseDescriptor } from '../../src/chains/evm/clear/descriptor.ts';
import { type Descriptors, indexedDescriptors } from '../../src/chains/evm/clear/descriptors.ts';
import { readIndex, readMerged } from './folder.ts';

/** @throws RegistryError, DescriptorError, when a descriptor that is asked for is not what it should be */
export function folderDescriptors(folder: string): Descriptors {
  const loaded = new Map<string, Descriptor>();
  return indexedDescriptors(readIndex(folder), (path) => {
    const known = loaded.get(path) ?? parseDescriptor(readMerged(folder, path), 'registry');
    loaded.set(path, known);
    return known;
  });
}
