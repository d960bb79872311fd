//! What every page shares: skeleton, navigation, assets, form fields, notices. Knows no board.
