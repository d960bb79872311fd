//! Seats: how many connections or live streams there are, in all and of one network.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::middleware::client_network;

/// Numbers of seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatLimits {
    /// Seats in all.
    pub in_all: usize,
    /// Seats of one network: an IPv4 address, or the 64-bit network of an IPv6 address.
    pub per_network: usize,
}

impl Default for SeatLimits {
    /// No limit.
    fn default() -> Self {
        Self {
            in_all: usize::MAX,
            per_network: usize::MAX,
        }
    }
}

/// Seats of one kind. Each is taken with [`Seats::take`] and given back when the [`Seat`] is dropped.
#[derive(Debug)]
pub struct Seats {
    limits: SeatLimits,
    taken: Mutex<TakenSeats>,
}

#[derive(Debug, Default)]
struct TakenSeats {
    in_all: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// A taken seat.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    network: Option<IpAddr>,
}

impl Seats {
    /// Free seats within `limits`.
    pub fn new(limits: SeatLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            taken: Mutex::default(),
        })
    }

    /// Takes a seat for a caller; `None` when there is none left in all or for its network. A caller without an address
    /// counts in all only.
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Seat> {
        let network = address.map(client_network);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.in_all >= self.limits.in_all {
            return None;
        }
        if let Some(network) = network {
            let of_network = taken.by_network.get(&network).copied().unwrap_or_default();
            if of_network >= self.limits.per_network {
                return None;
            }
            taken.by_network.insert(network, of_network + 1);
        }
        taken.in_all += 1;
        Some(Seat {
            seats: Arc::clone(self),
            network,
        })
    }

    /// Number of taken seats.
    pub fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).in_all
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        let Some(network) = self.network else { return };
        if let Some(of_network) = taken.by_network.get_mut(&network) {
            *of_network -= 1;
            if *of_network == 0 {
                taken.by_network.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("address"))
    }

    #[test]
    fn one_network_cannot_take_every_seat_and_a_seat_given_back_is_free() {
        let seats = Seats::new(SeatLimits {
            in_all: 4,
            per_network: 2,
        });
        let mut held = Vec::new();
        for (caller, expected) in [
            ("203.0.113.7", true),
            ("::ffff:203.0.113.7", true),
            ("203.0.113.7", false),
            ("2001:db8:1:2::1", true),
            ("2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:3::1", false),
        ] {
            let seat = seats.take(address(caller));
            assert_eq!(seat.is_some(), expected, "{caller}");
            held.extend(seat);
        }
        assert_eq!(seats.taken(), 4);
        assert!(seats.take(None).is_none());
        held.remove(0);
        assert!(seats.take(address("198.51.100.1")).is_some());
        held.clear();
        assert_eq!(seats.taken(), 0);
        assert!(
            seats.taken.lock().expect("lock").by_network.is_empty(),
            "a network that left is forgotten"
        );
    }
}
