"""Commands for Electrum, another Bitcoin wallet, used as a library: without daemon and network.

Standard input is {"network": name, "commands": [[name, argument...]...]}. Standard output is one answer for each
command, in their order: {"value": ...} or {"error": text}.
"""
import json
import sys
import tempfile

from electrum import constants, ecc
from electrum.bip32 import BIP32Node
from electrum.crypto import sha256d
from electrum.simple_config import SimpleConfig
from electrum.transaction import PartialTransaction, PartialTxOutput, Transaction, tx_from_any
from electrum.util import create_and_start_event_loop
from electrum.wallet import restore_wallet_from_text


class Commands:
    """The public methods are the commands."""

    def __init__(self, folder):
        self._config = SimpleConfig({"electrum_path": folder})
        self._wallet = None

    def restore(self, extended_key, fingerprint=None, path=None):
        """A wallet that only watches. Version bytes tell Electrum which addresses it has (SLIP-132)."""
        text = BIP32Node.from_xkey(extended_key)._replace(xtype="p2wpkh").to_xpub()
        self._wallet = restore_wallet_from_text(text, path=None, config=self._config, gap_limit=20)["wallet"]
        if fingerprint is not None:
            self._wallet.keystore.add_key_origin(derivation_prefix=path, root_fingerprint=fingerprint)
        return text

    def addresses(self):
        wallet = self._wallet
        return {"receive": wallet.get_receiving_addresses(), "change": wallet.get_change_addresses()}

    def fund(self, raw):
        return self._wallet.adb.add_transaction(Transaction(raw))

    def pay(self, address, satoshis, feerate):
        """A PSBT in base64."""
        outputs = [PartialTxOutput.from_address_and_value(address, satoshis)]
        tx = self._wallet.create_transaction(outputs, feerate=feerate, unsigned=True, rbf=True, locktime=0)
        return tx.serialize()

    def read(self, psbt):
        """A PSBT, as this wallet understands it, with the digests of all inputs."""
        tx = self._open(psbt)
        return {
            "complete": tx.is_complete(),
            "fee": tx.get_fee(),
            "version": tx.version,
            "lockTime": tx.locktime,
            "inputs": [[i.prevout.txid.hex(), i.prevout.out_idx, i.nsequence, i.value_sats()] for i in tx.inputs()],
            "outputs": [[o.scriptpubkey.hex(), o.value, bool(o.is_mine)] for o in tx.outputs()],
            "digests": [digest_of(tx, i).hex() for i in range(len(tx.inputs()))],
        }

    def verify(self, psbt):
        """Whether the signature of each input is right, by Electrum's own digest and curve."""
        tx = self._open(psbt)
        return [
            all(
                ecc.ECPubkey(key).verify_message_hash(
                    ecc.sig_string_from_der_sig(signature[:-1]), digest_of(tx, i)
                )
                for key, signature in txin.part_sigs.items()
            )
            and len(txin.part_sigs) == 1
            for i, txin in enumerate(tx.inputs())
        ]

    def combine(self, psbt, *others):
        """The transaction for the network, from what each signer made."""
        tx = self._open(psbt)
        for other in others:
            tx.combine_with_other_psbt(tx_from_any(other))
        tx.finalize_psbt()
        return {"complete": tx.is_complete(), "txid": tx.txid(), "raw": tx.serialize_to_network()}

    def remember(self, raw):
        """Takes a complete transaction into the history. What the wallet is worth afterwards, in satoshis."""
        if not self._wallet.adb.add_transaction(Transaction(raw)):
            raise ValueError("not added")
        return sum(self._wallet.get_balance())

    def _open(self, psbt):
        tx = tx_from_any(psbt)
        if not isinstance(tx, PartialTransaction):
            raise ValueError("not a PSBT")
        tx.add_info_from_wallet(self._wallet)
        return tx


def digest_of(tx, number):
    return sha256d(bytes.fromhex(tx.serialize_preimage(number)))


def answer(commands, name, arguments):
    try:
        return {"value": getattr(commands, name)(*arguments)}
    except Exception as error:  # whatever Electrum refuses with, the test reads
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    job = json.load(sys.stdin)
    getattr(constants, f"set_{job['network']}")()
    loop, stop, thread = create_and_start_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        commands = Commands(folder)
        json.dump([answer(commands, name, arguments) for name, *arguments in job["commands"]], sys.stdout)
    loop.call_soon_threadsafe(stop.set_result, None)
    thread.join()


main()
