import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { usePrinting } from '../use-printing.ts';

/** A card that is closed until somebody wants to know more. On paper nothing is folded away. */
export function Drawer(props: {
  readonly title: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly children: ReactNode;
}) {
  const [own, setOwn] = useState(false);
  const printing = usePrinting();
  return (
    <Collapsible.Root
      className="card drawer"
      open={printing || (props.open ?? own)}
      onOpenChange={props.onOpenChange ?? setOwn}
    >
      <Collapsible.Trigger className="drawer-trigger">
        <span>{props.title}</span>
        <ChevronRight className="icon" aria-hidden />
      </Collapsible.Trigger>
      <Collapsible.Panel className="drawer-panel">{props.children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}
