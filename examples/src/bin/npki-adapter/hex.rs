use zeroize::Zeroizing;

/// Reads hexadecimal digits into a buffer of the right size, which is wiped.
pub(crate) fn decode(digits: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let mut octets = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.chunks_exact(2) {
        let mut octet = 0;
        for digit in pair {
            octet = octet << 4 | value(*digit)?;
        }
        octets.push(octet);
    }
    Some(octets)
}

/// Lower-case hexadecimal digits.
pub(crate) fn encode(octets: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let mut text = String::with_capacity(octets.len().saturating_mul(2));
    for octet in octets {
        text.push(digit(octet >> 4));
        text.push(digit(octet & 15));
    }
    text
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn there_and_back() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(*decode(&encode(&all)).unwrap(), all);
        assert_eq!(*decode("aAfF").unwrap(), [0xaa, 0xff]);
        for bad in ["a", "0g", "0 ", "한"] {
            assert!(decode(bad).is_none(), "{bad}");
        }
    }
}
