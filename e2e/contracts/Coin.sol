// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

/// An ERC-20 token with permits (ERC-2612) and several calls in one, whose whole supply starts with one holder.
contract Coin is ERC20Permit, Multicall {
    uint8 private immutable unit;

    constructor(
        string memory name,
        string memory symbol,
        uint8 decimals_,
        address holder,
        uint256 supply
    ) ERC20(name, symbol) ERC20Permit(name) {
        unit = decimals_;
        _mint(holder, supply);
    }

    function decimals() public view override returns (uint8) {
        return unit;
    }
}
