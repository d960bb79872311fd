//! Logistic regression: features to a probability.

use smartcore::{
    linalg::basic::{arrays::Array, matrix::DenseMatrix},
    linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters},
};

/// L2 regularisation strength: half of it times the squared coefficients is added to the loss, like the default of
/// scikit-learn (<https://scikit-learn.org/stable/modules/linear_model.html#logistic-regression>).
const RIDGE: f64 = 1.0;

/// A fitted regression.
#[derive(Clone, Debug, PartialEq)]
pub struct ChurnModel {
    /// One coefficient per feature.
    pub coefficients: Vec<f64>,
    /// Intercept.
    pub intercept: f64,
}

impl ChurnModel {
    /// Fits a model to feature rows and their labels.
    ///
    /// # Errors
    /// A message: both classes and at least one feature are needed, or the fit failed.
    pub fn fit(features: &Vec<Vec<f64>>, labels: &[bool]) -> Result<Self, String> {
        let left = labels.iter().filter(|label| **label).count();
        if left == 0 || left == labels.len() {
            return Err("A model needs rows of both kinds: some who left and some who stayed.".to_owned());
        }
        let width = features.first().map_or(0, Vec::len);
        if width == 0 {
            return Err("A model needs at least one feature.".to_owned());
        }
        let failed = |error: smartcore::error::Failed| format!("The model could not be fitted: {error}.");
        let matrix = DenseMatrix::from_2d_vec(features).map_err(failed)?;
        let labels: Vec<u8> = labels.iter().map(|label| u8::from(*label)).collect();
        let parameters = LogisticRegressionParameters::default().with_alpha(RIDGE);
        let fitted = LogisticRegression::fit(&matrix, &labels, parameters).map_err(failed)?;
        // The solver reports the coefficients of class 1.
        let coefficients: Vec<f64> = (0..width)
            .map(|column| *fitted.coefficients().get((0, column)))
            .collect();
        let intercept = *fitted.intercept().get((0, 0));
        if !intercept.is_finite() || coefficients.iter().any(|number| !number.is_finite()) {
            return Err("The model could not be fitted: its numbers grew beyond all bounds.".to_owned());
        }
        Ok(Self {
            coefficients,
            intercept,
        })
    }

    /// Probability, 0 to 1, that a row with these features leaves.
    pub fn chance(&self, features: &[f64]) -> f64 {
        let sum = self
            .coefficients
            .iter()
            .zip(features)
            .map(|(coefficient, feature)| coefficient * feature)
            .sum::<f64>();
        1.0 / (1.0 + (-(sum + self.intercept)).exp())
    }
}
